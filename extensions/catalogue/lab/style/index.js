import './base.css';
import './map.css';
import './item.css';
