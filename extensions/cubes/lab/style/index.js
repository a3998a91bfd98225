import './base.css';
import './picture.css';
